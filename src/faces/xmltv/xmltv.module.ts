import { Module } from '@nestjs/common';
import { CatalogModule } from '../../catalog/catalog.module.js';
import { SharedFacesModule } from '../shared/shared-faces.module.js';
import { XmltvController } from './xmltv.controller.js';
import { XmltvService } from './xmltv.service.js';

@Module({
  imports: [CatalogModule, SharedFacesModule],
  controllers: [XmltvController],
  providers: [XmltvService],
})
export class XmltvModule {}
